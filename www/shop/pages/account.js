import * as events from "../events.js";
import { refreshAccount } from "../frame.js";
import { nextNumber, save, state } from "../state.js";
import { el, field, form, mount, toast } from "../view.js";

const keep = (account) => {
  state.account = account;
  if (account) state.accounts = [...state.accounts.filter(({ id }) => id !== account.id), account];
  save();
  refreshAccount();
};

const signIn = ({ email }) => {
  keep(state.accounts.find((account) => account.email === email) ?? { id: String(nextNumber()), name: email.split("@")[0], email });
  events.signedIn();
  toast(`Welcome back, ${state.account.name}`);
  show();
};
const create = ({ name, email }) => {
  keep({ id: String(nextNumber()), name, email });
  events.accountCreated();
  toast("Your account is ready");
  show();
};
const edit = ({ name, email }) => {
  keep({ ...state.account, name, email });
  events.accountEdited();
  toast("Saved");
  show();
};
const signOut = () => {
  keep(null);
  events.signedOut();
  show();
};

const person = (account) => [
  field("Name", "name", { required: true, autocomplete: "name", value: account?.name ?? "" }),
  field("E-mail", "email", { type: "email", required: true, autocomplete: "email", value: account?.email ?? "" }),
];

export const show = () => mount(state.account
  ? [el("h1", {}, `Hello, ${state.account.name}`), el("div.columns.even", {},
      form({ id: "edit-account", class: "panel" }, edit, el("h2", {}, "Your details"), person(state.account), el("button.button.primary", { type: "submit" }, "Save changes")),
      el("div.panel", {}, el("h2", {}, "Done for today?"), el("p", {}, `You are signed in as ${state.account.email}.`), el("button.button", { type: "button", id: "sign-out", onclick: signOut }, "Sign out")))]
  : [el("h1", {}, "Your account"), el("div.columns.even", {},
      form({ id: "sign-in", class: "panel" }, signIn, el("h2", {}, "Sign in"), field("E-mail", "email", { type: "email", required: true, autocomplete: "email" }), el("p.hint", {}, "Any address will do; this is a demo."), el("button.button.primary", { type: "submit" }, "Sign in")),
      form({ id: "create-account", class: "panel" }, create, el("h2", {}, "New here?"), person(null), el("button.button", { type: "submit" }, "Create account")))]);
