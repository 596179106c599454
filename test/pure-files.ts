/** Files that compute and nothing else: they know no SDK, no socket, no file and no clock. */
export const PURE: readonly RegExp[] = [
  /^lib\/message\//,
  /^lib\/infobip\/(body-text|event|page|report|split|sources|subscription|windows|xml-elements|xml-page)\.ts$/,
  /^lib\/log\/(rows|position|streams)\.ts$/,
  /^lib\/archive\/(apart|bits|block|block-ref|bytes|codec|fresh|fresh-terms|keys|postings|recent-blocks|terms)\.ts$/,
  /^lib\/console\/(route|search\/(?!box|chips|links)[a-z]+|explain\/tables|views\/overview\/(range|figures))\.ts$/,
  /^lib\/archive\/search\/(dense|filter-schemas|filters|odds|plan)\.ts$/,
  /^lib\/statistics\/alerts\/(bounds|campaigns|choose|counts|finding|follow|notice|past|past-hours|recent|rules|scatter|segment|settings|share-window|shares|usual-shares|volume-rules|volumes|watch|watch-state)\.ts$/,
  /^lib\/statistics\/(answer|cells|columns|cube|cube-codec|countries|decimal|dimensions|latency|metrics|packing|row|series|series-codec|times-sum)\.ts$/,
];
