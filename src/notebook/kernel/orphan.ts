/** Notices that the program a kernel works for is gone, however it went. */

const intervalMs = 1000;

/**
 * Calls `onGone` once when the process `ownerPid` has ended: it is no longer our parent, or, when it never was, it no
 * longer exists. The answer stops watching.
 */
export function watchOwner(ownerPid: number | undefined, onGone: () => void): () => void {
  const parent = process.ppid;
  const isChild = ownerPid === undefined || ownerPid === parent;
  const timer = setInterval(() => {
    if (isChild ? process.ppid === parent && (process.platform !== "win32" || exists(parent)) : exists(ownerPid))
      return;
    clearInterval(timer);
    onGone();
  }, intervalMs);
  timer.unref();
  return () => clearInterval(timer);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It exists and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
