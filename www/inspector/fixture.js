// What can be copied: an event as a test's fixture, the fields of all events, a fingerprint of the settings.

/** The event as a test wants it: without what differs in every run. */
export const fixture = ({ event, eventType, xdm }) => {
  const { _id, timestamp, identityMap, personID, implementationDetails, device, environment, placeContext, ...rest } = xdm ?? {};
  return JSON.stringify({ event, eventType, xdm: rest }, null, 2);
};

const walk = (value, path, into) => {
  if (Array.isArray(value)) value.forEach((each) => walk(each, `${path}[]`, into));
  else if (value && typeof value === "object") for (const [key, each] of Object.entries(value)) walk(each, path ? `${path}.${key}` : key, into);
  else into.add(path);
};

/** Every XDM path that these events have, to compare with a schema. */
export const paths = (events) => {
  const found = new Set();
  for (const { xdm } of events) walk(xdm, "", found);
  return [...found].sort().join("\n");
};

/** Eight digits that are the same for the same settings (FNV-1a). */
export const fingerprint = (settings) => {
  const text = JSON.stringify(Object.entries(settings ?? {}).map(([name, { value }]) => [name, value]).sort(([a], [b]) => (a < b ? -1 : 1)));
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
};
