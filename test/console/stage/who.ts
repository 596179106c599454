/** Who may ask the stage, and do everything. */
export const [USER, PASSWORD] = ["Aladdin", "open sesame"] as const;
