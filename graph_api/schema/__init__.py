"""The GraphQL schema, mirrored from the model."""
