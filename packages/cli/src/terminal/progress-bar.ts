/** A bar for a share of 0 to 1: `█████░░░░░  52%`; dots when there is no progress to tell. */
export function progressBar(share: number | null | undefined, width = 10): string {
  if (share === null || share === undefined) return `${"·".repeat(width)}     `;
  const kept = Math.min(1, Math.max(0, share));
  const full = Math.floor(kept * width);
  return `${"█".repeat(full)}${"░".repeat(width - full)} ${String(Math.floor(kept * 100)).padStart(3)}%`;
}
