import { useId, useState } from "preact/hooks";
import { m } from "../messages.ts";
import type { Region, Side } from "../model.ts";
import { Icon } from "../ui/icon.tsx";
import type { Draft } from "./draft.ts";
import { findRegions } from "./regions.ts";

const OFFERED = 8;
const SIDES: readonly Side[] = ["L", "R", "B"];

/** Which of the two fields has no answer; also the id of its group. */
export type Missing = "site" | "side";

interface SitePickerProps {
  readonly draft: Draft;
  readonly missing: Missing | null;
  readonly regions: readonly Region[] | null;
  readonly onChange: (change: Partial<Draft>) => void;
  readonly again: () => void;
}

/** Body site by typing or by a tap on a common one; side only where the site has two. */
export function SitePicker({ draft, regions, missing, onChange, again }: SitePickerProps) {
  const { region, side, from } = draft;
  return (
    <>
      <fieldset class="choices" id="site">
        <legend>{m.bodySite}</legend>
        {missing === "site" && <p class="error">{m.needSite}</p>}
        {from && <p class="hint">{from === "order" ? m.fromOrder : m.lastSite}</p>}
        {regions ? (
          <Sites
            regions={regions}
            chosen={region}
            onChoose={(chosen) => onChange({ region: chosen, side: null, from: null })}
          />
        ) : (
          <NoList again={again} />
        )}
      </fieldset>
      {region?.paired && (
        <Sides
          side={side}
          missing={missing === "side"}
          onSide={(chosen) => onChange({ side: chosen, from: null })}
        />
      )}
    </>
  );
}

interface SitesProps {
  readonly regions: readonly Region[];
  readonly chosen: Region | null;
  readonly onChoose: (region: Region) => void;
}

function Sites({ regions, chosen, onChoose }: SitesProps) {
  const [typed, setTyped] = useState("");
  const [browsing, setBrowsing] = useState(false);
  const id = useId();
  const found = findRegions(regions, typed).slice(0, OFFERED);
  const settled = chosen && !typed && !browsing;
  const offered = settled ? [chosen] : found;

  function choose(region: Region) {
    onChoose(region);
    setTyped("");
    setBrowsing(false);
  }

  return (
    <>
      <div class="with-icon">
        <Icon name="search" />
        <input
          id={id}
          type="search"
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          aria-label={m.findSite}
          placeholder={m.siteExample}
          autocomplete="off"
          spellcheck={false}
          data-testid="region-search"
        />
      </div>
      <div class="grid">
        {offered.map((region) => (
          <label class="choice" key={region.code} data-testid="region-option">
            <input
              type="radio"
              name="region"
              checked={chosen?.code === region.code}
              onChange={() => choose(region)}
              onClick={() => chosen?.code === region.code && choose(region)}
            />
            <span>{region.label}</span>
          </label>
        ))}
        {settled && (
          <button type="button" class="button" onClick={() => setBrowsing(true)}>
            {m.otherSites}
          </button>
        )}
      </div>
      <p role="status" class="hint">
        {offered.length ? "" : m.noSite}
      </p>
    </>
  );
}

function NoList({ again }: { readonly again: () => void }) {
  return (
    <div class="problems" role="alert">
      <p>{m.sitesMissing}</p>
      <button type="button" class="button" onClick={again}>
        <Icon name="refresh" />
        {m.retry}
      </button>
    </div>
  );
}

interface SidesProps {
  readonly side: Side | null;
  readonly missing: boolean;
  readonly onSide: (side: Side) => void;
}

function Sides({ side, missing, onSide }: SidesProps) {
  return (
    <fieldset class="choices" id="side">
      <legend>{m.side}</legend>
      {missing && <p class="error">{m.needSide}</p>}
      <p class="hint">{m.sideHint}</p>
      <div class="grid three">
        {SIDES.map((one) => (
          <label class="choice" key={one} data-testid={`side-${one}`}>
            <input type="radio" name="side" checked={side === one} onChange={() => onSide(one)} />
            <span>{m.sides[one]}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
