// The pages behind the links of our mails. The token is in the fragment, which no server is told when the page is opened;
// only a press of the button sends it, so that programs which follow links use nothing up.
"use strict";

const PAGES = {
  "verify-email": { path: "auth/email/verify" },
  "confirm-email": { path: "auth/email/change/confirm" },
  "undo-email-change": { path: "auth/email/change/undo" },
  "reset-password": { path: "auth/password/reset", asksPassword: true },
};

const TEXTS = {
  en: {
    "verify-email": ["Confirm your e-mail address", "Confirm this address", "Your address is confirmed. You can sign in."],
    "confirm-email": ["Confirm your new e-mail address", "Confirm this address", "This is the address of your account now."],
    "undo-email-change": [
      "Take your e-mail address back",
      "Take it back",
      "Your account has this address again, and everybody is signed out. Look into your mailbox: we have sent you a link to choose a new password.",
    ],
    "reset-password": ["Choose a new password", "Set the password", "Your password is changed, and everybody is signed out. You can sign in with it."],
    password: "New password",
    broken: "The link is not complete. Open it in the mail once more.",
    unusable_token: "This link is not good any more: it was used, it is too old, or there is a newer one.",
    email_taken: "Another account has this address.",
    later: "It did not work. Please try again in a moment.",
    too_short: "It is too short.",
    too_long: "It is too long.",
    one_character: "Use more than one character repeated.",
    too_personal: "Do not build it on your name or e-mail address.",
    used_before: "You have used it before.",
    breached: "It has become known in a data breach elsewhere.",
    weak: "It is too easy to guess.",
  },
  de: {
    "verify-email": ["E-Mail-Adresse bestätigen", "Adresse bestätigen", "Ihre Adresse ist bestätigt. Sie können sich anmelden."],
    "confirm-email": ["Neue E-Mail-Adresse bestätigen", "Adresse bestätigen", "Das ist jetzt die Adresse Ihres Kontos."],
    "undo-email-change": [
      "E-Mail-Adresse zurückholen",
      "Zurückholen",
      "Ihr Konto hat wieder diese Adresse, und alle sind abgemeldet. Sehen Sie in Ihr Postfach: Wir haben Ihnen einen Link geschickt, mit dem Sie ein neues Passwort wählen.",
    ],
    "reset-password": ["Neues Passwort wählen", "Passwort setzen", "Ihr Passwort ist geändert, und alle sind abgemeldet. Sie können sich damit anmelden."],
    password: "Neues Passwort",
    broken: "Der Link ist nicht vollständig. Öffnen Sie ihn noch einmal aus der Mail.",
    unusable_token: "Dieser Link gilt nicht mehr: Er wurde benutzt, ist zu alt, oder es gibt einen neueren.",
    email_taken: "Ein anderes Konto hat diese Adresse.",
    later: "Das hat nicht geklappt. Bitte versuchen Sie es gleich noch einmal.",
    too_short: "Es ist zu kurz.",
    too_long: "Es ist zu lang.",
    one_character: "Verwenden Sie mehr als ein wiederholtes Zeichen.",
    too_personal: "Leiten Sie es nicht von Ihrem Namen oder Ihrer E-Mail-Adresse ab.",
    used_before: "Sie haben es schon einmal benutzt.",
    breached: "Es ist anderswo bei einem Datenleck bekannt geworden.",
    weak: "Es ist zu leicht zu erraten.",
  },
};

const language = navigator.languages.map((each) => each.slice(0, 2)).find((each) => each in TEXTS) ?? "en";
const texts = TEXTS[language];
const name = document.body.dataset.page;
const page = PAGES[name];
const [title, action, done] = texts[name];
const token = new URLSearchParams(location.hash.slice(1)).get("token");
// Out of the address bar and the history: whoever looks over a shoulder, or borrows the machine, gets nothing.
history.replaceState(null, "", location.pathname);

const form = document.querySelector("form");
const button = document.querySelector("button");
const told = document.querySelector("[role=status]");
const password = document.querySelector("input");

document.documentElement.lang = language;
document.title = title;
document.querySelector("h1").textContent = title;
button.textContent = action;
document.querySelector("label span").textContent = texts.password;
document.querySelector("label").hidden = !page.asksPassword;
password.required = Boolean(page.asksPassword);

function tell(...lines) {
  told.replaceChildren(
    ...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })),
  );
}

async function send() {
  const asked = page.asksPassword ? { token, new_password: password.value } : { token };
  const answer = await fetch(page.path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
    credentials: "omit",
  });
  if (answer.ok) {
    form.hidden = true;
    return tell(done);
  }
  const problem = await answer.json();
  if (problem.code === "weak_password") {
    return tell(...problem.errors.map((each) => texts[each.code] ?? texts.weak));
  }
  tell(texts[problem.code] ?? texts.later);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  await send().catch(() => tell(texts.later));
  button.disabled = false;
});

if (token) {
  form.hidden = false;
} else {
  tell(texts.broken);
}
