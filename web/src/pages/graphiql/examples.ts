// Example queries, each by the name that its link carries.
export const examples = [
  { name: 'candidates', query: `# Who could become Kisumu's partner? Both benefits, the reasons, and how stable the rank is.
query Candidates($municipality: ID!) {
  partnerCandidates(municipality: $municipality, first: 5) {
    considered
    excluded { rule count }
    candidates {
      rank
      score
      seekerBenefit
      candidateBenefit
      municipality { id name country }
      reasons(language: EN)
      rankRange { best worst }
    }
  }
}`, variables: '{ "municipality": "ke-kisumu" }' },
  { name: 'seeking', query: `# Municipalities that look for a partner and have no German one yet.
query Seeking {
  municipalities(first: 20, filter: { seeking: true, hasGermanPartner: false, not: { country: ["DE"] } }, orderBy: { field: NAME }) {
    totalCount
    edges { node { id name country population } }
    pageInfo { hasNextPage endCursor }
  }
}`, variables: '{}' },
  { name: 'search', query: `# Any spelling will do, with a typo too.
query Search($text: String!) {
  municipalities(filter: { text: $text }, first: 5) {
    edges { node { id name names country } }
  }
}`, variables: '{ "text": "kisumo" }' },
  { name: 'profile', query: `# What a municipality seeks and offers, and with what evidence.
query Profile($id: ID!) {
  municipality(id: $id) {
    name
    population
    partners { edges { node { name country } } }
    focuses(first: 20) {
      edges { direction weight evidence verifiedOn node { id ... on Record { name } } }
    }
  }
}`, variables: '{ "id": "ke-kisumu" }' },
  { name: 'neighbourhood', query: `# Everything within two steps of a municipality.
query Neighbourhood($id: ID!) {
  neighbourhood(id: $id, depth: 2, kinds: [MUNICIPALITY, PARTNERSHIP], limit: 50) {
    total
    truncated
    nodes { id ... on Record { name } }
    links { kinds sources targets }
  }
}`, variables: '{ "id": "municipality:de-bonn" }' },
] as const;
