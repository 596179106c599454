/** What esbuild makes of these: a style sheet of its own, the address of a file beside the script. */
declare module "*.css";
declare module "*.svg" {
  const url: string;
  export default url;
}
declare module "*.tsv" {
  const url: string;
  export default url;
}
