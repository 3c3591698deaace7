/**
 * What script adds. Every page and form works without it; nothing here holds a rule of the portal.
 *
 * The content security policy allows no inline script and no eval, so htmx is used by plain attributes only.
 */
import "htmx.org";
import { charts } from "./charts.js";
import { copyButtons } from "./copying.js";
import { errorSummary } from "./errors.js";
import { goingBack } from "./goingback.js";
import { halfTyped } from "./halftyped.js";
import { lists } from "./lists.js";
import { menus } from "./menus.js";
import { forgetOthers } from "./offline/forgetting.js";
import { passkeys } from "./passkeys.js";
import { pickerRequests, pickers } from "./pickers.js";
import { pictures } from "./picture.js";
import { verifying } from "./verify.js";
import { requests } from "./requests.js";
import { signatures } from "./signature.js";
import { tooLarge } from "./toolarge.js";

document.documentElement.classList.add("js");

forgetOthers();
goingBack();
halfTyped();
tooLarge();
menus();
requests();
lists();
pickerRequests();

/** Set up what belongs to elements of `root`: the page once, and each fragment that htmx puts in. */
function arrive(root) {
  charts(root);
  errorSummary(root);
  copyButtons(root);
  passkeys(root);
  pickers(root);
  pictures(root);
  verifying(root);
  signatures(root);
}

arrive(document);
// A button that led to a part of the form leaves its name in the address of whatever is answered in the end.
if (location.hash && !document.getElementById(location.hash.slice(1)))
  history.replaceState(history.state, "", location.pathname + location.search);
// On paper nothing can be opened.
addEventListener("beforeprint", () => document.querySelectorAll("details.more").forEach((part) => (part.open = true)));
document.addEventListener("htmx:after:settle", (event) => arrive(event.target));
