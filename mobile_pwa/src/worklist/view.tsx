import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { clinicalTime, patientName } from "../format.ts";
import { m } from "../messages.ts";
import type { Encounter, Session } from "../model.ts";
import type { HubApi } from "../ports.ts";
import { address } from "../route.ts";
import { Facts } from "../ui/banner.tsx";
import { Icon } from "../ui/icon.tsx";
import { Notice, Page, Trouble } from "../ui/page.tsx";
import { type Department, useWorklist } from "./load.ts";

interface WorklistProps {
  readonly api: HubApi;
  readonly session: Session;
  readonly onSeen: (encounters: readonly Encounter[]) => void;
  readonly onSignedOut: () => void;
  readonly onSignOut: () => void;
  readonly children?: ComponentChildren;
}

export function Worklist({
  api,
  session,
  onSeen,
  onSignedOut,
  onSignOut,
  children,
}: WorklistProps) {
  const [q, setQ] = useState("");
  const [department, setDepartment] = useState("");
  const list = useWorklist(api, q, department, onSeen);
  const signedOut = list.problem?.isSignedOut ?? false;
  useEffect(() => {
    if (signedOut) onSignedOut();
  }, [signedOut, onSignedOut]);
  return (
    <Page title={m.worklist} tools={<Tools busy={list.loading} refresh={list.refresh} />}>
      {children}
      <Search q={q} setQ={setQ} />
      <div class="listed">
        <p class="count" role="status">
          {list.loading ? m.loadingWorklist : list.problem ? "" : m.listed(list.items.length)}
        </p>
        <Departments known={list.departments} chosen={department} onChoose={setDepartment} />
      </div>
      {list.problem && !signedOut && <Trouble problem={list.problem} retry={list.refresh} />}
      {list.loading && !list.items.length && <Skeleton />}
      <ul class="list">
        {list.items.map((encounter) => (
          <Row key={encounter.key} encounter={encounter} />
        ))}
      </ul>
      {list.more && (
        <button type="button" class="button wide" onClick={list.more}>
          {m.more}
        </button>
      )}
      {!list.loading && !list.problem && !list.items.length && (
        <Nothing
          filtered={Boolean(q || department)}
          showAll={() => {
            setQ("");
            setDepartment("");
          }}
        />
      )}
      <div class="who">
        <span>{m.signedInAs(session.name ? patientName(session.name) : session.user)}</span>
        <button type="button" class="bar-link" onClick={onSignOut}>
          {m.signOut}
        </button>
      </div>
    </Page>
  );
}

function Tools({ busy, refresh }: { readonly busy: boolean; readonly refresh: () => void }) {
  return (
    <div class="tools">
      <a class="bar-link" href="/">
        <Icon name="images" />
        {m.searchImages}
      </a>
      <button type="button" class="bar-link" onClick={refresh} aria-busy={busy}>
        <Icon name="refresh" />
        {m.refresh}
      </button>
    </div>
  );
}

interface SearchProps {
  readonly q: string;
  readonly setQ: (q: string) => void;
}

function Search({ q, setQ }: SearchProps) {
  const id = useId();
  return (
    <search class="field">
      <label for={id}>{m.search}</label>
      <div class="with-icon">
        <Icon name="search" />
        <input
          id={id}
          type="search"
          value={q}
          onInput={(event) => setQ(event.currentTarget.value)}
          placeholder={m.searchHint}
          autocomplete="off"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="search"
          data-testid="worklist-search"
        />
      </div>
    </search>
  );
}

interface DepartmentsProps {
  readonly known: readonly Department[];
  readonly chosen: string;
  readonly onChoose: (code: string) => void;
}

function Departments({ known, chosen, onChoose }: DepartmentsProps) {
  if (known.length < 2) return null;
  return (
    <select
      aria-label={m.department}
      value={chosen}
      onChange={(event) => onChoose(event.currentTarget.value)}
      data-testid="worklist-department"
    >
      <option value="">{m.allDepartments}</option>
      {known.map(({ code, name }) => (
        <option key={code} value={code}>
          {name}
        </option>
      ))}
    </select>
  );
}

function Row({ encounter }: { readonly encounter: Encounter }) {
  const { key, patient, departmentName, started, orders } = encounter;
  return (
    <li>
      <a class="row" href={address({ screen: "encounter", key })} data-testid="worklist-item">
        <span class="row-text">
          <strong class="row-name">{patientName(patient.name)}</strong>
          <Facts patient={patient} today={new Date()} />
          <span class="row-meta">
            <span class="row-department">{departmentName || m.departmentNotKnown}</span>
            {started && <time dateTime={started}>{clinicalTime(new Date(started))}</time>}
            <span class={orders.length ? "tag" : "tag none"}>{m.orders(orders.length)}</span>
          </span>
        </span>
        <Icon name="chevronRight" />
      </a>
    </li>
  );
}

interface NothingProps {
  readonly filtered: boolean;
  readonly showAll: () => void;
}

function Nothing({ filtered, showAll }: NothingProps) {
  if (!filtered) {
    return <Notice icon="clipboardList" title={m.emptyWorklist} text={m.emptyWorklistText} />;
  }
  return (
    <Notice icon="search" title={m.nothingFound} text={m.nothingFoundText}>
      <button type="button" class="button" onClick={showAll}>
        {m.showAll}
      </button>
    </Notice>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {[1, 2, 3, 4].map((n) => (
        <div key={n} />
      ))}
    </div>
  );
}
