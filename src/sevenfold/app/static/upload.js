// Sends each picture as the body of a request and shows the answer.
const form = document.getElementById("form");
const pictures = document.getElementById("pictures");
const state = document.getElementById("state");
const answers = document.getElementById("answers");

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function percent(share) {
  return share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`;
}

function show(name, row) {
  const item = document.createElement("li");
  const said = element("div", "said", "");
  if (row.error) {
    said.append(element("span", "refused", row.error));
  } else {
    const picture = document.createElement("img");
    picture.src = row.saw;
    picture.alt = "What the network saw";
    item.append(picture);
    const sure = `${percent(row.probability)}${row.unsure ? ", unsure" : ""}; `
      + `or ${row.runner_up}, ${percent(row.runner_up_probability)}`;
    said.append(element("strong", "", row.class));
    said.append(element("span", row.unsure ? "sure unsure" : "sure", sure));
  }
  said.append(element("span", "name", name));
  item.append(said);
  answers.prepend(item);
}

async function ask(file) {
  try {
    const answer = await fetch(form.dataset.address, { method: "POST", body: file });
    return await answer.json();
  } catch {
    return { error: "There was no answer. Is the app still at work?" };
  }
}

async function send(files) {
  let count = 0;
  for (const file of files) {
    state.textContent = `Asking about ${file.name} ...`;
    show(file.name, await ask(file));
    count += 1;
  }
  state.textContent = count === 1 ? "1 picture answered." : `${count} pictures answered.`;
}

form.addEventListener("submit", (event) => event.preventDefault());
pictures.addEventListener("change", async () => {
  await send([...pictures.files]);
  pictures.value = "";
});
form.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
form.addEventListener("dragleave", () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  send([...event.dataTransfer.files]);
});
document.addEventListener("paste", (event) => {
  const files = [...event.clipboardData.files];
  if (files.length) send(files);
});
