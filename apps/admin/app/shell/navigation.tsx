import { useEffect } from "react";
import { NavLink, useNavigate } from "react-router";
import { PAGES } from "../pages.ts";
import { ICONS } from "./icons.ts";
import type { ShellData } from "./shell.tsx";

/** The pages, each with how much waits there for a person. */
export function Navigation({
  base,
  counts,
  onOpen,
}: {
  base: string;
  counts: ShellData["counts"];
  onOpen: () => void;
}) {
  return (
    <nav aria-label="Pages" className="hf-nav">
      {PAGES.map(({ path, title, short, key, icon, count }) => {
        const Icon = ICONS[icon];
        const waiting = count ? counts[count] : 0;
        return (
          <NavLink
            key={path}
            to={path === "" ? base : `${base}/${path}`}
            end={path === ""}
            onClick={onOpen}
            title={`g ${key}`}
          >
            {Icon && <Icon size={16} aria-hidden />}
            {short ?? title}
            {waiting > 0 && (
              <span className="hf-count">
                {waiting > 99 ? "99+" : waiting}
                <span className="hf-hidden"> waiting</span>
              </span>
            )}
          </NavLink>
        );
      })}
    </nav>
  );
}

const SECOND_KEY_MS = 1_500;

/** `g`, then a page's letter, opens it: not while something is being typed. */
export function useGoKeys(base: string): void {
  const navigate = useNavigate();
  useEffect(() => {
    let pressed = 0;
    const go = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest("input, textarea, select, [contenteditable], .xterm");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "g") {
        pressed = Date.now();
        return;
      }
      const page = Date.now() - pressed < SECOND_KEY_MS && PAGES.find(({ key }) => key === event.key);
      pressed = 0;
      if (page) {
        event.preventDefault();
        void navigate(page.path === "" ? base : `${base}/${page.path}`);
      }
    };
    document.addEventListener("keydown", go);
    return () => document.removeEventListener("keydown", go);
  }, [base, navigate]);
}
