/* Asks this device for a passkey and sends its answer as an ordinary form. */
const asks = {
  create: (options) =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    }),
  get: (options) =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
    }),
};

const works =
  window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;
for (const form of works
  ? document.querySelectorAll("form[data-passkey]")
  : []) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const failed = form.querySelector("[data-failed]");
    failed.hidden = true;
    try {
      const answer = await asks[form.dataset.passkey](
        JSON.parse(form.dataset.options),
      );
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      failed.hidden = false;
    }
  });
}
