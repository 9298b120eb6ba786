declare module 'graphology-layout-forceatlas2/iterate.js' {
  /** One round of ForceAtlas2; changes `nodes`. */
  export default function iterate(settings: Record<string, number | boolean>, nodes: Float32Array, edges: Float32Array): unknown;
}
declare module 'graphology-layout-forceatlas2/defaults.js' {
  const defaults: Record<string, number | boolean>;
  export default defaults;
}
