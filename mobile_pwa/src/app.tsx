/** The app between sign-in and the record: which screen stands, and what one hands to the next. */

import { useEffect } from "preact/hooks";
import { CameraView } from "./camera/view.tsx";
import { type Flow, type FlowProps, type Services, useFlow } from "./flow.ts";
import { patientName } from "./format.ts";
import { m } from "./messages.ts";
import type { Session } from "./model.ts";
import { Review } from "./review/view.tsx";
import { address, type Route, replace, useRoute } from "./route.ts";
import { useConversion } from "./sending/conversion.ts";
import { Sending } from "./sending/view.tsx";
import { SignIn } from "./session/sign-in.tsx";
import { useSession } from "./session/use-session.ts";
import { Icon } from "./ui/icon.tsx";
import { Notice, Page, Trouble } from "./ui/page.tsx";
import { EncounterView } from "./worklist/encounter.tsx";
import { useSeen } from "./worklist/seen.ts";
import { Worklist } from "./worklist/view.tsx";

export function App(props: FlowProps) {
  const { session, signedOut, problem, ask } = useSession(props.services.api);
  const route = useRoute();
  useCameraOnlyWhereNeeded(props, route);
  if (session) {
    return <Screens {...props} {...{ route, session, signedOut }} onSignedOut={() => void ask()} />;
  }
  if (signedOut) return <SignIn />;
  return (
    <Page title={m.app}>
      {problem ? (
        <Trouble problem={problem} retry={() => void ask()} />
      ) : (
        <p class="count" role="status">
          {m.starting}
        </p>
      )}
    </Page>
  );
}

/** From camera to receipt the lens stays on, so that a second photo needs no second asking. */
function useCameraOnlyWhereNeeded({ services }: FlowProps, { screen }: Route) {
  useEffect(() => {
    if (screen === "worklist" || screen === "encounter") services.camera.close();
  }, [services, screen]);
}

interface ScreensProps extends FlowProps {
  readonly route: Route;
  readonly session: Session;
  readonly signedOut: boolean;
  readonly onSignedOut: () => void;
}

function Screens(props: ScreensProps) {
  const { services, route, session, signedOut, onSignedOut } = props;
  const flow = useFlow(props, session);
  const key = "key" in route ? route.key : null;
  const seen = useSeen(services.api, signedOut ? null : key);
  const { user } = session;
  // What one person was shown is not there for the next, nor after a sign-out.
  useEffect(() => seen.forget, [user, signedOut]);

  if (route.screen === "sent") {
    return <SentScreen flow={flow} services={services} captureId={route.captureId} />;
  }
  if (route.screen === "review") return <ReviewScreen flow={flow} encounterKey={route.key} />;
  if (signedOut) {
    return (
      <SignIn>
        <Unsent flow={flow} />
      </SignIn>
    );
  }
  if (route.screen === "worklist") {
    return (
      <Worklist
        api={services.api}
        session={session}
        onSeen={seen.add}
        onSignedOut={onSignedOut}
        onSignOut={() => void flow.signOut().then(onSignedOut)}
      >
        <Unsent flow={flow} />
      </Worklist>
    );
  }
  const encounter = seen.find(route.key);
  if (!encounter) return <NoEncounter known={encounter === null} />;
  if (route.screen === "camera") {
    return (
      <CameraView
        camera={services.camera}
        encounter={encounter}
        onShutter={() => flow.shutter(encounter)}
      />
    );
  }
  return (
    <EncounterView
      encounter={encounter}
      order={flow.orders.get(encounter.key) ?? null}
      onOrder={(order) => flow.orders.put(encounter.key, order)}
    >
      <Unsent flow={flow} />
    </EncounterView>
  );
}

function ReviewScreen({
  flow,
  encounterKey,
}: {
  readonly flow: Flow;
  readonly encounterKey: string;
}) {
  const draft = flow.drafts.get(encounterKey);
  const gone = !draft;
  useEffect(() => {
    if (gone) replace({ screen: "encounter", key: encounterKey });
  }, [gone, encounterKey]);
  if (!draft) return null;
  return (
    <Review
      draft={draft}
      regions={flow.regions}
      onChange={(change) => flow.drafts.put(encounterKey, { ...draft, ...change })}
      onRegionsAgain={() => void flow.loadRegions()}
      onSend={(region, side) => flow.send(draft, region, side)}
      onDiscard={() => flow.drafts.drop(encounterKey)}
    />
  );
}

interface SentScreenProps {
  readonly flow: Flow;
  readonly services: Services;
  readonly captureId: string;
}

function SentScreen({ flow, services, captureId }: SentScreenProps) {
  const { api, clock, uploader } = services;
  const sent = flow.sent.get(captureId);
  const status = uploader.status(captureId);
  const conversion = useConversion(api, clock, captureId, status?.state === "stored");
  if (!sent || !status) {
    return (
      <Page title={m.sending} back={{ href: address({ screen: "worklist" }), label: m.worklist }}>
        <Notice icon="images" title={m.sentGone} text={m.sentGoneText} />
      </Page>
    );
  }
  return (
    <Sending
      sent={sent}
      status={status}
      item={flow.unsent.find((item) => item.captureId === captureId) ?? null}
      conversion={conversion}
      uploader={uploader}
      onDiscarded={() => replace({ screen: "encounter", key: sent.encounterKey })}
    />
  );
}

/** Photos that are nowhere but here, on every list until they are gone. */
function Unsent({ flow }: { readonly flow: Flow }) {
  const first = flow.unsent[0];
  return (
    <>
      {first && (
        <a class="strip" href={address({ screen: "sent", captureId: first.captureId })}>
          <Icon name="cloudOff" />
          <span>{m.stillHere(flow.unsent.length)}</span>
          <strong>{m.show}</strong>
        </a>
      )}
      {flow.drafts.all.map(({ seal }) => (
        <a
          class="strip"
          key={seal.encounterKey}
          href={address({ screen: "review", key: seal.encounterKey })}
        >
          <Icon name="camera" />
          <span>{m.draftLeft(patientName(seal.facts.patient.name))}</span>
          <strong>{m.show}</strong>
        </a>
      ))}
    </>
  );
}

function NoEncounter({ known }: { readonly known: boolean }) {
  return (
    <Page title={m.encounter} back={{ href: address({ screen: "worklist" }), label: m.worklist }}>
      {known ? (
        <Notice icon="clipboardList" title={m.encounterGone} text={m.encounterGoneText}>
          <a class="button" href={address({ screen: "worklist" })}>
            {m.toWorklist}
          </a>
        </Notice>
      ) : (
        <p class="count" role="status">
          {m.starting}
        </p>
      )}
    </Page>
  );
}
