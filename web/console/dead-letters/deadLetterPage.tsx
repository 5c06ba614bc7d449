import { Anchor, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { deadLetterQuery, type LetterKind } from "../api";
import { PageTitle } from "../parts/pageTitle";
import { Read } from "../parts/states";
import { Instant } from "../parts/when";
import { pathTo } from "../shell/views";
import { useKey } from "../shell/useKey";
import { ReplayLetter } from "./replayLetter";

/** One dead letter, with what was received or what its run says of its end. */
export default function DeadLetterPage() {
  const { t } = useTranslation();
  const kind = useKey("kind") as LetterKind;
  const asked = useQuery(deadLetterQuery(kind, useKey()));
  return (
    <>
      <PageTitle title={asked.data?.letter.title ?? t("nav.letters")} />
      <Read asked={asked}>
        {({ letter, body, detail }) => (
          <>
            <p className="quietText">
              {t(`letter.kind.${letter.kind}`)} · <Instant at={letter.at} />
            </p>
            <div className="callout" data-tone="bad">
              <p>{letter.reason}</p>
              <ReplayLetter letter={letter} />
            </div>
            <p className="linkRow">
              {letter.incident_key && <To path={pathTo("incidents", letter.incident_key)} text="run.ofIncident" />}
              {letter.request_key && <To path={pathTo("requests", letter.request_key)} text="run.ofRequest" />}
              {letter.run_id && <To path={pathTo("runs", letter.run_id)} text="letter.run" />}
            </p>
            {(body !== null || Object.keys(detail).length > 0) && (
              <section aria-labelledby="letter-content" className="panel">
                <Title order={2} size="h5" id="letter-content">
                  {t(body === null ? "letter.detail" : "letter.body")}
                </Title>
                <pre className="json" tabIndex={0} aria-labelledby="letter-content">
                  {body ?? JSON.stringify(detail, null, 2)}
                </pre>
              </section>
            )}
          </>
        )}
      </Read>
    </>
  );
}

function To({ path, text }: { path: string; text: string }) {
  const { t } = useTranslation();
  return (
    <Anchor component={Link} href={path} underline="always">
      {t(text)}
    </Anchor>
  );
}
