import type { ComponentChildren } from "preact";
import { m } from "../messages.ts";
import { Icon } from "../ui/icon.tsx";
import { Page } from "../ui/page.tsx";

/** Where a person signs in; they come back to the worklist. */
export const SIGN_IN = "/login?next=/m/";

export function SignIn({ children }: { readonly children?: ComponentChildren }) {
  return (
    <Page title={m.app}>
      {children}
      <div class="welcome">
        <img src="/m/icons/favicon.svg" alt="" width="72" height="72" />
        <h2>{m.signInTitle}</h2>
        <p>{m.signInText}</p>
        <a class="button primary" href={SIGN_IN} data-testid="sign-in">
          <Icon name="lock" />
          {m.signIn}
        </a>
      </div>
    </Page>
  );
}
