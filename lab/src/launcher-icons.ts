/** What cards of the launcher show beside the kernels: one book each, with what it is for. */

const spine = `<rect x="4" y="2" width="24" height="28" rx="4" fill="#0b62c4"/><rect x="4" y="2" width="5" height="28" rx="2.5" fill="#084a94"/>`;
const line = `fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"`;
const toUrl = (drawing: string): string =>
  `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${drawing}</svg>`)}`;
const book = (sign: string): string => toUrl(spine + sign);

/** M and an arrow down, as Markdown's mark. */
export const markdownBook = book(
  `<path d="M11.500 20.500v-8l3 4 3-4v8M22.500 12v8M20.200 18l2.300 2.500 2.300-2.500" ${line}/>`,
);
const templateBooks: Readonly<Record<string, string>> = {
  // A looking glass.
  blank: book(`<circle cx="17.500" cy="14.500" r="5" ${line}/><path d="M21.200 18.200l4 4" ${line}/>`),
  // A folder that is opened.
  "first-look": book(`<path d="M12 21.500v-11h4.500l1.800 2.200h6.200v8.800z M12 15.500h12.500" ${line}/>`),
  // A flag on its pole.
  "getting-started": book(`<path d="M13.500 23.500v-14h9.500l-2.500 3.500 2.500 3.500h-9.500" ${line}/>`),
};
/** A sheet with a plus, for templates of one's own. */
const anyTemplate = book(`<path d="M18 11v10M13 16h10" ${line}/>`);
export const findTemplateBook = (name: string): string => templateBooks[name] ?? anyTemplate;

/** Four of them. */
export const allTemplates = toUrl(
  [4, 17]
    .flatMap(x =>
      [3, 17].map(
        y =>
          `<rect x="${x}" y="${y}" width="11" height="12" rx="2" fill="${x === 4 && y === 3 ? "#0b62c4" : "#6ea3de"}"/>`,
      ),
    )
    .join(""),
);
