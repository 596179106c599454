/** What esbuild turns these imports into: a separate style sheet, or the URL of a file next to the script. */
declare module "*.css";
declare module "*.svg" {
  const url: string;
  export default url;
}
declare module "*.tsv" {
  const url: string;
  export default url;
}
