// What every part of the page gets.
export interface PartProps { id: string; name: string; country: string; profiled: boolean; onchanged: () => void }
