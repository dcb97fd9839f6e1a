// Holds the API key of this tab: in sessionStorage, never in an address.

const NAME = "fourfold.api_key";
const ASK_MS = 120;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("fourfold-session") : null;

/** The key of this tab, or null. */
export function apiKey() {
  return sessionStorage.getItem(NAME);
}

/** Uses a key in this tab until it is closed. */
export function signInWith(key) {
  sessionStorage.setItem(NAME, key);
}

/** Forgets the key in this tab, and in the other tabs of this browser where `everywhere`. */
export function signOut(everywhere = false) {
  sessionStorage.removeItem(NAME);
  if (everywhere) channel?.postMessage({ type: "signed-out" });
}

/** Exchanges the token of a one-use link for a key. Returns why it failed, or null. */
export async function exchange(token) {
  const reply = await fetch("console/sign-in", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) {
    return body.code === "sign_in_link_used" ? `${body.title}. ${body.detail}` : "This server has no sign-in links. Paste an API key.";
  }
  signInWith(body.api_key);
  return null;
}

/** Takes the key over from another tab of this origin, if one is signed in. */
export function askOtherTabs() {
  if (!channel || apiKey()) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => { channel.removeEventListener("message", receive); resolve(); };
    const receive = ({ data }) => {
      if (data.type !== "key") return;
      signInWith(data.key);
      done();
    };
    channel.addEventListener("message", receive);
    channel.postMessage({ type: "ask" });
    setTimeout(done, ASK_MS);
  });
}

channel?.addEventListener("message", ({ data }) => {
  if (data.type === "ask" && apiKey()) channel.postMessage({ type: "key", key: apiKey() });
  if (data.type === "signed-out" && apiKey()) {
    signOut();
    location.reload();
  }
});
