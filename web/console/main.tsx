import "./styles";
import { I18nextProvider } from "react-i18next";
import { startTexts } from "../ui/i18n";
import { showPage } from "../ui/page";
import { App } from "./app";
import { watchActivity } from "./shell/activity";
import { en } from "./texts/en";
import { fr } from "./texts/fr";

watchActivity();
const texts = startTexts({ fr, en });

showPage(
  <I18nextProvider i18n={texts}>
    <App />
  </I18nextProvider>,
);
