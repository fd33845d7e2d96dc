/** From the path in a request to a file: inside the root, whatever links and dots say, and never a hidden one. */
import { realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";
import { HuntError } from "../../../base/error.js";

/** A place in the tree that is served. */
export interface Place {
  /** As the API says it: `cases/042/hunt.ipynb`, empty for the root. */
  readonly path: string;
  /** Absolute; links are resolved as far as the file exists. */
  readonly file: string;
}

const notFound = (path: string) =>
  new HuntError("server/not-found", `there is no '${path}'`, { hint: "names that begin with a dot are not served" });

/**
 * The names of an API path. Empty names and `.` are dropped.
 *
 * @throws HuntError `server/not-found` for `..` and hidden names, `server/bad-request` for names that no file can have
 */
export function parsePath(path: string): readonly string[] {
  const names = path.split("/").filter(name => name !== "" && name !== ".");
  for (const name of names) {
    if (name.startsWith(".")) throw notFound(path);
    // A backslash is a separator on Windows, a colon begins a drive or a stream there.
    if (/[\u0000-\u001f\\]/.test(name) || (sep === "\\" && /[:<>"|?*]|[. ]$/.test(name)))
      throw new HuntError("server/bad-request", `'${name}' is not a name for a file`, { hint: "choose another name" });
  }
  return names;
}

/**
 * Finds the file that a path means. It need not exist; the deepest folder that does must lie inside the root.
 *
 * @param root an absolute path with its links resolved
 * @throws HuntError `server/not-found` when it lies outside or its links go in a circle, `server/bad-request`, `server/file`
 */
export async function resolvePlace(root: string, path: string): Promise<Place> {
  const names = parsePath(path);
  const file = await resolveLinks(join(root, ...names)).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === "ELOOP") throw notFound(path);
    if (code === "EACCES" || code === "EPERM")
      throw new HuntError("server/file", `'${names.join("/")}' cannot be read: access is denied`, { cause });
    throw cause;
  });
  const inside = relative(root, file);
  const escapes = isAbsolute(inside) || inside.split(sep).some(name => name.startsWith("."));
  // A link may point to another place inside the root, but not to a hidden one.
  if (inside !== "" && escapes) throw notFound(path);
  return { path: names.join("/"), file };
}

/** The real path of what exists of a path, with the rest behind it. */
async function resolveLinks(file: string): Promise<string> {
  const rest: string[] = [];
  for (let at = file; ; at = dirname(at)) {
    try {
      return join(await realpath(at), ...rest.reverse());
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENAMETOOLONG")
        throw new HuntError("server/bad-request", "that name is too long", { hint: "choose a shorter one" });
      if ((code !== "ENOENT" && code !== "ENOTDIR") || dirname(at) === at) throw error;
      rest.push(at.slice(dirname(at).length).replaceAll(sep, ""));
    }
  }
}
