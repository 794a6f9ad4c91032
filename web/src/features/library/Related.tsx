import { useQuery } from "@tanstack/react-query";
import { relatedQuery } from "./api";
import { Shelf } from "./Shelf";

/** Shelves of what goes with a title; nothing when there is none, or it did not come. */
export function Related({ server, rating_key }: { server: string; rating_key: string }) {
  const { data } = useQuery(relatedQuery(server, rating_key));
  if (!data || data.shelves.length === 0) return null;
  return (
    <div className="grid grid-cols-1 gap-8">
      {data.shelves.map((shelf) => (
        <Shelf
          key={`${shelf.id} ${shelf.title}`}
          title={shelf.title}
          query={{ data: shelf, isPending: false }}
        />
      ))}
    </div>
  );
}
