import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** A calm blue-green; from shade 7 on, white text on it has a contrast of 4.5 and more. */
const lagoon: MantineColorsTuple = [
  "#e6f6f7",
  "#cfeaec",
  "#a0d5d9",
  "#6dbfc5",
  "#45acb4",
  "#2b9ea8",
  "#14868f",
  "#0b6e78",
  "#085c65",
  "#044a52",
];

export const theme = createTheme({
  colors: { lagoon },
  primaryColor: "lagoon",
  primaryShade: 7,
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif',
  respectReducedMotion: true,
  cursorType: "pointer",
  focusRing: "auto",
});

/** Mantine's own greys for quiet text and placeholders miss a contrast of 4.5. */
export const cssVariables: CSSVariablesResolver = (current) => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": current.colors.gray[7],
    "--mantine-color-placeholder": current.colors.gray[7],
    "--mantine-color-error": current.colors.red[9],
    "--mantine-color-anchor": current.colors.lagoon?.[8] ?? "",
  },
  dark: {
    "--mantine-color-dimmed": current.colors.dark[1],
    "--mantine-color-placeholder": current.colors.dark[1],
    "--mantine-color-error": current.colors.red[4],
    "--mantine-color-anchor": current.colors.lagoon?.[3] ?? "",
  },
});
