// A field above a table that shows only the rows with all the words that are typed. Without scripts the
// table is there as it is.
for (const place of document.querySelectorAll("[data-filter]")) {
  const table = document.getElementById(place.dataset.filter);
  const rows = [...table.querySelectorAll("tbody > tr:not(.course-theme)")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const label = document.createElement("label");
  const field = Object.assign(document.createElement("input"), { type: "search", className: "form-control" });
  const count = document.createElement("p");
  count.setAttribute("role", "status");
  label.append("Search the table: a word, a claim such as B5, a verdict ", field);
  place.append(label, count);
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row, i) => (row.hidden = !words.every((word) => texts[i].includes(word))));
    for (const title of table.querySelectorAll(".course-theme")) {
      let body = title.parentElement.nextElementSibling;
      title.hidden = true;
      for (; body && !body.querySelector(".course-theme"); body = body.nextElementSibling) title.hidden &&= body.rows[0].hidden;
    }
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} claims`;
  };
  field.addEventListener("input", show);
  show();
}
