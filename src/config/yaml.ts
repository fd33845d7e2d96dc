/** The YAML library, loaded with the first file: most of the time that `import "huntbook"` takes would be its. */
import type * as Yaml from "yaml";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

export const loadYaml = (): typeof Yaml => require("yaml") as typeof Yaml;
