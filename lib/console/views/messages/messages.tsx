import { route } from "../../navigation.ts";
import { SearchBox } from "../../search/box.tsx";
import { Chips } from "../../search/chips.tsx";
import { LinkButton } from "../../widgets/link-button.tsx";
import { MessageDetail } from "../message/message.tsx";
import { CsvButton, CsvNotice } from "./csv-button.tsx";
import { Rows, useList } from "./rows.tsx";

/** The search over all messages; an open message is shown next to the list. */
export function MessagesView() {
  useList();
  const { message } = route.value;
  return (
    <div class={message === "" ? "messages" : "messages with-detail"}>
      <div class="bar">
        <h1 class="unseen">Messages</h1>
        <SearchBox label="Search messages" />
        <div class="actions">
          <LinkButton />
          <CsvButton />
        </div>
        <Chips />
        <CsvNotice />
      </div>
      <div class="split">
        <Rows />
        {message !== "" && <MessageDetail key={message} messageId={message} />}
      </div>
    </div>
  );
}
