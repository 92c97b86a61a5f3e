// Runs in the page: sets each scenario's contexts through Adobe's SDK, takes the others away, and publishes.
export const publishAll = ({ scenarios, names }) => {
  const { context, publish } = window.magentoStorefrontEvents;
  const failed = [];
  for (const { id, event, contexts, args } of scenarios) {
    try {
      for (const name of names) context.setContext(name, contexts[name] ?? null);
      context.setDebug({ eventId: id });
      publish[event](...args);
    } catch (error) {
      failed.push(`${id}: ${error}`);
    }
  }
  return failed;
};
