import { person } from "./store.js";

const LIMIT = 4_000; // ms; a teacher with a dead network is not kept waiting

/** Fetch from the portal within a time; `null` when it cannot be reached, or is down behind its proxy. */
export async function reach(address, { limit = LIMIT, ...options } = {}) {
  if (!navigator.onLine) return null;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), limit);
  try {
    const response = await fetch(address, { cache: "no-store", ...options, signal: stop.signal });
    return response.status < 500 ? response : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Ask the portal who is signed in and which of these submission keys it has carried out: {isMine, token, saved}, or `null`
 * without a network. `isMine` says that it is still the person of this page, for whom alone `token` is used.
 */
export async function askPortal(keys = []) {
  const { ask } = document.getElementById("device").dataset;
  const response = await reach(`${ask}?${new URLSearchParams(keys.map((key) => ["key", key]))}`);
  const told = response?.ok ? await response.json().catch(() => null) : null;
  return told && { isMine: String(told.person ?? "") === person, token: told.token, saved: told.saved };
}
