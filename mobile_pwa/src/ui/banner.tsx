import { born, idGroups, patientName, sex } from "../format.ts";
import { m } from "../messages.ts";
import type { Patient } from "../model.ts";

interface BannerProps {
  readonly patient: Patient;
  readonly today: Date;
}

/** Who this is. It stays on every screen about a patient and never shows two. */
export function Banner({ patient, today }: BannerProps) {
  return (
    <section class="banner" aria-label={m.patient} data-testid="banner">
      <p class="banner-name">{patientName(patient.name)}</p>
      <Facts patient={patient} today={today} />
    </section>
  );
}

/** Born, sex and identifier: quiet labels, strong values. */
export function Facts({ patient, today }: BannerProps) {
  return (
    <dl class="facts">
      <div>
        <dt>{m.born}</dt>
        <dd>{born(patient.birthDate, today)}</dd>
      </div>
      <div>
        <dt>{m.sex}</dt>
        <dd>{sex(patient.sex)}</dd>
      </div>
      <div>
        <dt>{m.mrn}</dt>
        <dd class="digits">
          {idGroups(patient.patientId).map((group, at) => (
            // By place: two groups may be equal, and none moves.
            <span key={at}>{group}</span>
          ))}
        </dd>
      </div>
    </dl>
  );
}
