// Follows the theme that Airflow's UI keeps; without this script the system's own holds.
(() => {
  const follow = () => {
    const chosen = localStorage.getItem("theme");
    const root = document.documentElement;
    if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
    else delete root.dataset.theme;
  };
  follow();
  addEventListener("storage", follow);
})();
