"""The service: stores, operations, GraphQL, HTTP, command line."""
