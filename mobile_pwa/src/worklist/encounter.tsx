import type { ComponentChildren } from "preact";
import { clinicalTime } from "../format.ts";
import { m } from "../messages.ts";
import type { Encounter, Order } from "../model.ts";
import { address } from "../route.ts";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/page.tsx";

interface EncounterProps {
  readonly encounter: Encounter;
  readonly order: Order | null;
  readonly onOrder: (order: Order | null) => void;
  readonly children?: ComponentChildren;
}

export function EncounterView({ encounter, order, onOrder, children }: EncounterProps) {
  const open = encounter.orders.filter((o) => !CLOSED.has(o.status.toLowerCase()));
  return (
    <Page
      title={m.encounter}
      back={{ href: address({ screen: "worklist" }), label: m.worklist }}
      patient={encounter.patient}
      action={
        <a
          class="button primary wide"
          href={address({ screen: "camera", key: encounter.key })}
          data-testid="take-photo"
        >
          <Icon name="camera" />
          {m.takePhoto}
        </a>
      }
    >
      {children}
      <About encounter={encounter} />
      {open.length > 0 && <Orders orders={open} chosen={order} onOrder={onOrder} />}
    </Page>
  );
}

/** An order in one of these states is not answered by a new photo. */
const CLOSED = new Set(["cancelled", "revoked", "entered-in-error"]);

function About({ encounter }: { readonly encounter: Encounter }) {
  const { departmentName, started, encounterId } = encounter;
  return (
    <dl class="about">
      <div>
        <dt>{m.department}</dt>
        <dd>{departmentName || m.departmentNotKnown}</dd>
      </div>
      <div>
        <dt>{m.started}</dt>
        <dd>{started ? clinicalTime(new Date(started)) : m.notKnown}</dd>
      </div>
      <div>
        <dt>{m.kind}</dt>
        <dd>{m.classes[encounter.class] ?? m.notKnown}</dd>
      </div>
      <div>
        <dt>{m.visit}</dt>
        <dd class="digits">{encounterId}</dd>
      </div>
    </dl>
  );
}

interface OrdersProps {
  readonly orders: readonly Order[];
  readonly chosen: Order | null;
  readonly onOrder: (order: Order | null) => void;
}

function Orders({ orders, chosen, onOrder }: OrdersProps) {
  return (
    <fieldset class="choices">
      <legend>{m.order}</legend>
      <p class="hint">{m.orderHint}</p>
      <label class="choice">
        <input type="radio" name="order" checked={!chosen} onChange={() => onOrder(null)} />
        <span>{m.noOrder}</span>
      </label>
      {orders.map((order) => (
        <label class="choice" key={orderKey(order)} data-testid="order-option">
          <input
            type="radio"
            name="order"
            checked={chosen !== null && orderKey(chosen) === orderKey(order)}
            onChange={() => onOrder(order)}
          />
          <span>
            <strong>{m.orderOf(order.procedure?.meaning ?? "")}</strong>
            <small>
              {aboutOrder(order).map((part) => (
                <span key={part}>{part}</span>
              ))}
            </small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function orderKey(order: Order): string {
  return `${order.accessionNumber}|${order.placerOrderNumber}`;
}

function aboutOrder(order: Order): readonly string[] {
  const number = order.accessionNumber
    ? m.accession(order.accessionNumber)
    : order.placerOrderNumber && m.placer(order.placerOrderNumber);
  const asked = order.requestedAt && m.requested(clinicalTime(new Date(order.requestedAt)));
  return [number, asked].filter((part): part is string => Boolean(part));
}
