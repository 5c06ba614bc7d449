import "./styles";
import { startTexts } from "../ui/i18n";
import { showPage } from "../ui/page";
import { App } from "./app";
import { en } from "./texts/en";
import { fr } from "./texts/fr";

startTexts({ fr, en });
showPage(<App />);
