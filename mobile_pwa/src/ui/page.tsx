import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../api/problem.ts";
import { m } from "../messages.ts";
import type { Patient } from "../model.ts";
import { Banner } from "./banner.tsx";
import { Icon, type IconName } from "./icon.tsx";

interface PageProps {
  readonly title: string;
  /** Where the arrow leads; absent on the first screen. */
  readonly back?: { readonly href: string; readonly label: string };
  readonly patient?: Patient;
  readonly today?: Date;
  readonly tools?: ComponentChildren;
  readonly children: ComponentChildren;
  /** The one primary action, at the thumb. */
  readonly action?: ComponentChildren;
}

/** A screen: bar, identity, content, action. A new screen takes the focus to its title. */
export function Page({ title, back, patient, today, tools, children, action }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${m.app}`;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [title]);
  return (
    <div class="page">
      <header class="top">
        <div class="bar">
          {back && (
            <a class="bar-link" href={back.href}>
              <Icon name="arrowLeft" />
              {back.label}
            </a>
          )}
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {tools}
        </div>
        {patient && <Banner patient={patient} today={today ?? new Date()} />}
      </header>
      <main>{children}</main>
      {action && <footer class="action">{action}</footer>}
    </div>
  );
}

interface NoticeProps {
  readonly icon: IconName;
  readonly title: string;
  readonly text?: string;
  readonly children?: ComponentChildren;
}

/** An empty or failed state: what it is, what was not lost, the one next step. */
export function Notice({ icon, title, text, children }: NoticeProps) {
  return (
    <div class="notice">
      <Icon name={icon} />
      <h2>{title}</h2>
      {text && <p>{text}</p>}
      {children}
    </div>
  );
}

/** A failed call in the hub's own sentence, or in ours when it gave none. */
export function Trouble({
  problem,
  retry,
}: {
  readonly problem: Problem;
  readonly retry: () => void;
}) {
  const away = problem.status === 0;
  return (
    <div role="alert">
      <Notice
        icon={away ? "cloudOff" : "triangleAlert"}
        title={away ? m.offline : problem.message || m.failed}
        text={away ? m.offlineText : m.failedText}
      >
        <button type="button" class="button" onClick={retry}>
          <Icon name="refresh" />
          {m.retry}
        </button>
      </Notice>
    </div>
  );
}
