const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as it stands in HTML, in elements and in quoted attributes. Markup is made in `view` alone. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, c => escapes[c] ?? c);
}
