// Chooses the browser's own time zone in a form, where it offers that and nobody has chosen yet.
(() => {
  const select = document.querySelector("select[data-guess]");
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (select && [...select.options].some((option) => option.value === own)) select.value = own;
})();
