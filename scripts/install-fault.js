/**
 * What is wrong with what is installed, in words; undefined where nothing is.
 *
 * npm writes its own list (`node_modules/.package-lock.json`) as the last thing of an install, after every package and
 * every install script, and a new install removes it first: an interrupted one has none, or one that is out of date.
 *
 * Plain JavaScript without dependencies: it runs before anything is installed, on any Node from 20 on.
 *
 * @param {object} given
 * @param {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} given.wanted
 *   package-lock.json
 * @param {{ packages: Record<string, { version?: string, integrity?: string }> } | undefined} given.installed
 *   npm's list of what is installed, where there is one that can be read
 * @param {(path: string) => boolean} given.exists whether a path, from the root, exists
 * @returns {string | undefined}
 */
export function installFault({ wanted, installed, exists }) {
  if (!exists('node_modules')) return 'nothing is installed yet';
  if (!installed) return 'an install was interrupted';
  for (const [path, entry] of Object.entries(wanted.packages)) {
    const found = installed.packages[path];
    // The root itself is in no list, and optional packages may be for another platform.
    if (path === '' || (!found && entry.optional)) continue;
    if (!found) return `${path} is missing`;
    if (found.version !== entry.version) return `${path} is ${found.version} and should be ${entry.version}`;
    if (entry.integrity && found.integrity !== entry.integrity)
      return `${path} is not the one that is locked`;
  }
  for (const path of Object.keys(installed.packages)) {
    if (!wanted.packages[path]) return `${path} is left over`;
    if (!exists(`${path}/package.json`)) return `${path} is incomplete`;
  }
  // Its install script fetches the binary for this machine.
  if (!exists('node_modules/node/bin/node') && !exists('node_modules/node/bin/node.exe')) {
    return 'node_modules/node has no program';
  }
  return undefined;
}
