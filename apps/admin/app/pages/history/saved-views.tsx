import { ActionIcon, Alert, Button, Group, Menu, Stack, TextInput } from "@mantine/core";
import { Bookmark, X } from "lucide-react";
import { useState } from "react";
import { useFetcher, useNavigate, useParams, useSearchParams } from "react-router";

/** One row of `holdfast.saved_views`. */
export interface SavedView {
  name: string;
  query: string;
}

/** The filters that the person keeps under a name, and the field to keep the ones of now. */
export function SavedViews({ views, page }: { views: readonly SavedView[]; page: string }) {
  const { workspace } = useParams();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const fetcher = useFetcher<{ error?: string }>();
  const query = new URLSearchParams(search);
  query.delete("from");
  const send = (fields: Record<string, string>) =>
    fetcher.submit({ page, ...fields }, { method: "post", action: `/w/${workspace}/views` });
  return (
    <Menu position="bottom-end" closeOnItemClick={false} width={280}>
      <Menu.Target>
        <Button size="xs" variant="default" leftSection={<Bookmark size={14} aria-hidden />}>
          Saved views
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {views.map((view) => (
          <Group key={view.name} gap={4} wrap="nowrap">
            <Menu.Item onClick={() => navigate(`?${view.query}`)} closeMenuOnClick>
              {view.name}
            </Menu.Item>
            <ActionIcon
              variant="subtle"
              color="gray"
              c="inherit"
              aria-label={`Drop the view ${view.name}`}
              onClick={() => send({ intent: "drop", name: view.name })}
            >
              <X size={14} />
            </ActionIcon>
          </Group>
        ))}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void send({ intent: "keep", name, query: query.toString() });
            setName("");
          }}
        >
          <Stack gap={6} p="xs">
            <TextInput
              size="xs"
              label="Keep these filters as"
              value={name}
              maxLength={80}
              required
              onChange={(event) => setName(event.currentTarget.value)}
              onKeyDown={(event) => event.stopPropagation()}
            />
            {fetcher.data?.error && (
              <Alert color="red.9" variant="outline" p={6}>
                {fetcher.data.error}
              </Alert>
            )}
            <Button size="xs" type="submit" loading={fetcher.state !== "idle"}>
              Keep
            </Button>
          </Stack>
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
