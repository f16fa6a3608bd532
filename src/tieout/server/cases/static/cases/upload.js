// Drop files onto their place; show examples of the columns that are paired.
(() => {
  for (const place of document.querySelectorAll("[data-drop]")) {
    const input = place.querySelector("input[type=file]");
    for (const name of ["dragenter", "dragover"]) place.addEventListener(name, (event) => { event.preventDefault(); place.classList.add("over"); });
    for (const name of ["dragleave", "drop"]) place.addEventListener(name, () => place.classList.remove("over"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      const files = [...event.dataTransfer.files];
      const give = (target, file) => { const list = new DataTransfer(); list.items.add(file); target.files = list.files; };
      if (files[0]) give(input, files[0]);
      const other = document.getElementById(place.dataset.drop === "left" ? "right" : "left");
      if (files[1] && other) give(other, files[1]);
    });
  }
  const source = document.getElementById("examples");
  if (!source) return;
  const examples = JSON.parse(source.textContent);
  const show = (select) => {
    const words = examples[select.dataset.side][select.value];
    select.parentElement.querySelector("[data-example]").textContent = words ? words.join(" · ") : "";
  };
  for (const select of document.querySelectorAll("select[data-side]")) {
    show(select);
    select.addEventListener("change", () => show(select));
  }
})();
