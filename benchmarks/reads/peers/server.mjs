// @neo4j/graphql on the benchmark's data, behind Apollo Server or GraphQL Yoga with graphql-jit.
// PORT, NEO4J_URI, NEO4J_PASSWORD, FRONT=apollo|yoga-jit.
import fs from "node:fs";
import http from "node:http";
import neo4j from "neo4j-driver";
import { Neo4jGraphQL } from "@neo4j/graphql";

const { PORT, NEO4J_URI, NEO4J_PASSWORD, FRONT } = process.env;
const typeDefs = fs.readFileSync(new URL("./typedefs.graphql", import.meta.url), "utf8");
const driver = neo4j.driver(NEO4J_URI, neo4j.auth.basic("neo4j", NEO4J_PASSWORD), { maxConnectionPoolSize: 100 });
const schema = await new Neo4jGraphQL({ typeDefs, driver }).getSchema();

if (FRONT === "apollo") {
  const { ApolloServer } = await import("@apollo/server");
  const { startStandaloneServer } = await import("@apollo/server/standalone");
  const server = new ApolloServer({ schema, csrfPrevention: false });
  await startStandaloneServer(server, { listen: { port: Number(PORT), host: "127.0.0.1" }, context: async () => ({}) });
} else {
  const { createYoga } = await import("graphql-yoga");
  const { useGraphQlJit } = await import("@envelop/graphql-jit");
  const yoga = createYoga({ schema, plugins: [useGraphQlJit()], logging: "error", graphqlEndpoint: "/", landingPage: false });
  http.createServer(yoga).listen(Number(PORT), "127.0.0.1");
}
console.log(`${FRONT} ready on ${PORT}`);
