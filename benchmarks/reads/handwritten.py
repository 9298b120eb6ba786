"""What a careful engineer writes without GraphQL: one Starlette route an operation, one statement, the official driver, orjson.

NEO4J_URI=… NEO4J_PASSWORD=… uvicorn benchmarks.reads.handwritten:app
"""

from __future__ import annotations

import os
from typing import Any, cast

import neo4j
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

CYPHER = {
    "Q1": "MATCH (m:Municipality {id: $id}) RETURN m {.id, .name, .country, .admin1, .latitude, .longitude, .population, .languages, .seeking, .capacity}",
    "Q2": "MATCH (m:Municipality) WHERE m.country = $country AND EXISTS { (m)-[:FOCUS]->(:SdgGoal {id: $goal}) } "
    "WITH m ORDER BY m.name_key, m.id WITH collect(m) AS found RETURN {totalCount: size(found), "
    "nodes: [m IN found[..$first] | m {.id, .name, .country, .latitude, .longitude, .population, .seeking}]}",
    "Q3": "MATCH (m:Municipality) WHERE m.country = $country WITH m ORDER BY m.name_key, m.id LIMIT $first "
    "RETURN collect(m {.id, .name, departments: [(m)-[:HAS_DEPARTMENT]->(d) | d {.id, .name, experts: [(d)-[:EMPLOYS]->(e) | "
    "e {.id, .name, .consent, topics: [(e)-[:HAS_TOPIC]->(t) | t {.id, .name}]}]}]})",
    "Q4": "MATCH (m:Municipality {id: $id}) RETURN m {.id, .name, .country, "
    "focuses: [(m)-[f:FOCUS]->(s) | {weight: f.weight, direction: f.direction, node: s {.id, .name}}], "
    "departments: [(m)-[:HAS_DEPARTMENT]->(d) | d {.id, .name, experts: [(d)-[:EMPLOYS]->(e) | e {.id, .name, .consent}]}], "
    "partnerships: [(m)-[r:MEMBERSHIP]->(p) | {joined: r.joined, node: p {.id, .kind, .started, "
    "members: [(p)<-[:MEMBERSHIP]-(o) | o {.id, .name, .country}]}}], "
    "stakeholders: [(m)<-[:BASED_IN]-(s) | s {.id, .name, .realm, topics: [(s)-[:HAS_TOPIC]->(t) | t {.id, .name}]}]}",
    "Q5": "CALL db.index.fulltext.queryNodes('peer_search', $text, {limit: $first}) YIELD node, score "
    "RETURN collect({score: score, type: [l IN labels(node) WHERE l <> 'Node'][0], id: node.id, name: node.name})",
    "Q6": "MATCH (m:Municipality) WHERE m.id > $after WITH m ORDER BY m.id LIMIT $first "
    "RETURN collect(m {.id, .name, .country, .population, .latitude, focuses: [(m)-[f:FOCUS]->(s) | {weight: f.weight, node: s {.id, .name}}]})",
}

driver: Any = cast("Any", neo4j.AsyncGraphDatabase).driver(os.environ["NEO4J_URI"], auth=("neo4j", os.environ["NEO4J_PASSWORD"]))


async def answer(request: Request) -> Response:
    """Runs the operation's statement."""
    variables = orjson.loads(await request.body())["variables"]
    async with driver.session(default_access_mode=neo4j.READ_ACCESS) as session:
        found = await (await session.run(CYPHER[request.path_params["operation"]], variables)).single()
    return Response(orjson.dumps({"data": found and found[0]}), media_type="application/json")


app = Starlette(routes=[Route("/{operation}", answer, methods=["POST"])])
