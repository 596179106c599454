import type { ReportError, Status } from "./message.ts";

/** Senders, the busiest first: alphanumeric and numeric. */
export const SENDERS: readonly string[] = [
  ..."InfoSMS,DemoViberApp,Demo PUSH Application,1234,AcmeBank,385915550100,ParcelGo,Shop & Co".split(","),
  ..."CityTaxi,447860099299,MyClinic,NordAir,Güneş,OTP,32212,TicketHub,Pizza24,GymPlus".split(","),
  ..."38598,EduPortal,WaterWorks,Autohaus,Kino,90210,VoteInfo,StreamIt,RentACar,HotelMar".split(","),
  ..."41793026700,FitNow,LegalDesk,PetCare,Solaris,61400,Bibliothek,MetroLine,Flora,Zenit,777,Ярмарка".split(
    ",",
  ),
];

/** Networks (mobile country code and network code), the busiest first. */
export const NETWORKS: readonly string[] = [
  ..."22801,21901,26202,23410,310260,21910,22802,20810,22210,26201".split(","),
  ..."21902,23415,23430,20801,20815,22201,22288,21403,21401,21407".split(","),
  ..."72405,72406,72411,334020,310410,311480,40445,40410,40420,52501".split(","),
  ..."65501,65510,62120,62130,63902,28601,28602,28603,26001,26002".split(","),
  ..."23201,23203,24001,24007,24201,24405,27201,29340,29341,22003".split(","),
];

/** The main channels, the busiest first. */
export const CHANNELS = ["SMS", "VIBER", "PUSH", "EMAIL", "WHATSAPP", "VOICE"] as const;

/** Prices with the digits as written. */
export const PRICES: readonly string[] = [
  ..."0.01,0.0100,0.0104,0,0.0000,0.035,0.00625,12.5,0.1,0.000000123456789012".split(","),
  ..."0.012345678901234567890123,1.00,123456789012.000001".split(","),
];

/** Those that somebody pays: sums of them can be believed. */
export const USUAL_PRICES: readonly string[] = PRICES.filter((price) => /^0\.0\d{1,4}$/.test(price));

/** Texts of many kinds, among them what an encoder gets wrong. */
export const TEXTS: readonly string[] = [
  "Test SMS.",
  "Your code is 493027.",
  'Say "hi" to O\'Brien \\ Söhne',
  "Dear customer,\nyour parcel\r\nis at the door.\tBye",
  "Sale 🎉 50% off 👩‍👩‍👧 today",
  "if (a < b && c > d) ]]> end",
  "<b>Bold</b> &amp; <![CDATA[odd]]>",
  "Ваш заказ готов",
  "مرحبا بالعالم",
  "   spaces around   ",
  "+1 = 100 %2B",
];

const status = (groupId: number, id: number, name: string, description: string): Status => ({
  groupId,
  groupName: GROUPS[groupId] as string,
  id,
  name,
  description,
});

const GROUPS = ["", "PENDING", "UNDELIVERABLE", "DELIVERED", "EXPIRED", "REJECTED"];

const error = (groupId: number, id: number, name: string, permanent: boolean): ReportError => ({
  groupId,
  groupName: ["OK", "HANDSET_ERRORS", "USER_ERRORS", "OPERATOR_ERRORS"][groupId] as string,
  id,
  name,
  description: name.replace(/^EC_/, "").toLowerCase().replaceAll("_", " "),
  permanent,
});

export const ENROUTE = status(1, 7, "PENDING_ENROUTE", "Message sent to next instance");
export const WITH_OPERATOR = status(3, 2, "DELIVERED_TO_OPERATOR", "Message delivered to operator");
export const NOT_DELIVERED = status(2, 9, "UNDELIVERABLE_NOT_DELIVERED", "Message sent not delivered");
export const EXPIRED = status(4, 15, "EXPIRED_EXPIRED", "Message expired");

interface Failure {
  status: Status;
  errors: readonly ReportError[];
}

/** Final statuses of messages that were not delivered, the commonest first. */
export const FAILURES: readonly [Failure, ...Failure[]] = [
  {
    status: NOT_DELIVERED,
    errors: [
      error(1, 1, "EC_UNKNOWN_SUBSCRIBER", true),
      error(1, 27, "EC_ABSENT_SUBSCRIBER", false),
      error(1, 7002, "EC_UNKNOWN_USER", true),
    ],
  },
  { status: EXPIRED, errors: [error(1, 27, "EC_ABSENT_SUBSCRIBER", false)] },
  {
    status: {
      ...status(5, 6, "REJECTED_NETWORK", "Network is forbidden"),
      action: "Contact account manager",
    },
    errors: [error(2, 579, "EC_DEST_ADDRESS_NOT_IN_SMS_DEMO", true)],
  },
  {
    status: status(2, 4, "UNDELIVERABLE_REJECTED_OPERATOR", "Message rejected by operator"),
    errors: [error(3, 51, "EC_RESOURCE_LIMITATION", true)],
  },
  {
    status: status(5, 8123, "REJECTED_BY_TIDE", "Message rejected: high tide"),
    errors: [error(2, 9123, "EC_HIGH_TIDE", false)],
  },
];

/** A status no document names, in a group they all name. */
export const UNHEARD_OF = status(3, 4321, "DELIVERED_TO_WATCH", "Message delivered to a watch");
