import { createTheme, type MantineColorsTuple } from "@mantine/core";

const ink: MantineColorsTuple = [
  "#eef4f7",
  "#dde6eb",
  "#b8cad4",
  "#91aebd",
  "#7096a9",
  "#5a879d",
  "#4d8098",
  "#3d6e85",
  "#2f5f76",
  "#1b5167",
];

/** Dense and calm: colour is for states, and every text passes the contrast that WCAG AA asks for, light and dark. */
export const theme = createTheme({
  primaryColor: "ink",
  primaryShade: { light: 8, dark: 8 },
  autoContrast: true,
  colors: { ink },
  fontFamily: "Inter, ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  headings: {
    fontWeight: "650",
    sizes: { h1: { fontSize: "1.25rem" }, h2: { fontSize: "1rem" }, h3: { fontSize: "0.875rem" } },
  },
  defaultRadius: "sm",
  cursorType: "pointer",
  components: {
    // The head of a dialog is not another banner of the page, and its cross has a name.
    Modal: {
      defaultProps: {
        closeButtonProps: { "aria-label": "Back to the page" },
        attributes: { header: { role: "presentation" } },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { "aria-label": "Hide this message" } } },
  },
});
