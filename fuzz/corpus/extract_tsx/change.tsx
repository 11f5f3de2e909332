export const Page: React.FC<{ html: string }> = ({ html }) => {
  const onClick = (e: Event) => { go(e); };
  return <div onClick={onClick} dangerouslySetInnerHTML={{ __html: html }}>{list.map((x) => <b key={x}>{x}</b>)}</div>;
};
function Item<T>(props: T) { return <></>; }
=======
export const Page: React.FC<{ html: string }> = ({ html }) => {
  const onClick = (e: Event) => { go(e); };
  return <div onClick={onClick} dangerouslySetInnerHTML={{ __html: clean(html) }}>{list.map((x) => <b key={x}>{x}</b>)}</div>;
};
function Item<T>(props: T) { return <></>; }
