// Footnotes: a number in an answer opens its source beside it. Nothing here reads or writes HTML.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const show = (element, block) =>
    element.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block });
  const byHash = (hash) => document.getElementById(decodeURIComponent(hash.slice(1)));
  let cameFrom = null;

  function showSection(section) {
    for (const other of document.querySelectorAll(".fn-sources")) other.hidden = other !== section;
  }

  function setCurrent(source, link) {
    for (const old of document.querySelectorAll(".fn-current")) old.classList.remove("fn-current");
    source.classList.add("fn-current");
    const links = document.querySelectorAll(`a.fn-mark[href="#${CSS.escape(source.id)}"]`);
    for (const one of link ? [link] : links) one.classList.add("fn-current");
  }

  function openSource(source, link) {
    showSection(source.closest(".fn-sources"));
    source.open = true;
    setCurrent(source, link);
    const quote = source.querySelector("mark") || source;
    show(quote.getBoundingClientRect().height > innerHeight / 2 ? source : quote, "center");
    source.querySelector("summary").focus({ preventScroll: true });
  }

  function follow(link) {
    const target = byHash(link.hash);
    if (!target) return;
    if (target.matches(".fn-source")) {
      cameFrom = link;
      openSource(target, link);
    } else if (target.matches(".fn-sources")) {
      showSection(target);
      show(target, "start");
    } else {
      const back = cameFrom && cameFrom.isConnected && target.contains(cameFrom) ? cameFrom : target;
      show(back, "center");
      back.focus({ preventScroll: true });
    }
  }

  // In the capture phase, before the page's own router sees the click. Enter on a link is a click too.
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('a[href^="#src-"], a[href^="#sources-"], a[href^="#answer-"]');
    if (!link) return;
    event.preventDefault();
    event.stopPropagation();
    follow(link);
  }, true);

  // The next and the previous quote are one key away, unless someone is typing.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("textarea, input, select")) return;
    const step = { n: 1, p: -1 }[event.key];
    const sources = [...document.querySelectorAll(".fn-sources:not([hidden]) .fn-source")];
    if (!step || !sources.length) return;
    event.preventDefault();
    const now = sources.findIndex((source) => source.classList.contains("fn-current"));
    openSource(sources[(now + step + sources.length) % sources.length] || sources[0], null);
  });

  // The chat display names each message by its source text; screen readers should hear who speaks, and then the words.
  function nameMessages() {
    for (const message of document.querySelectorAll('#fn-chat [data-testid="user"], #fn-chat [data-testid="bot"]')) {
      const name = message.dataset.testid === "user" ? "You asked" : "Answer";
      if (message.getAttribute("aria-label") !== name) message.setAttribute("aria-label", name);
    }
  }
  new MutationObserver(nameMessages).observe(document, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["aria-label"],
  });
})();
