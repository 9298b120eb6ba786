// This page: what the build put into it, and the heading it shows now.
/** `for`: the page is for these only: a `municipality`, an `organiser` and those who coordinate, or the latter alone. */
export interface Link { name: string; path: string; nav: boolean; for?: 'municipality' | 'organiser' | 'coordinator' }
interface Data { name: string; path: string; title: string; heading: string; pages: Link[]; messages: Record<string, string> }

export const data = JSON.parse(document.getElementById('page')!.textContent) as Data;

/** The heading on top, which a page may change with its state. */
export const heading = $state({ text: data.heading });

/** Changes the heading and the window's title, which also names the part of the page that is shown. */
export function setHeading(text: string, part = ''): void {
  heading.text = text;
  document.title = [part, text, 'Partnergraph'].filter(Boolean).join(' – ');
}

/** Tells tests and screenshots that everything asked for at first is there. */
export const ready = () => { document.body.dataset.ready = 'true'; };

/** Whether this installation has a page. */
export const hasPage = (name: string) => data.pages.some((p) => p.name === name);
