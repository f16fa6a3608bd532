// Shows the fields of the chosen kind of job only. Without this, all of them are there.
(function () {
  "use strict";
  const kind = document.getElementById("id_kind");
  if (!kind) { return; }
  const groups = Array.from(document.querySelectorAll("fieldset[data-kind]"));
  const show = () => groups.forEach((group) => {
    const chosen = group.dataset.kind === kind.value;
    group.hidden = !chosen;
    group.disabled = !chosen;
  });
  kind.addEventListener("change", show);
  show();
})();
