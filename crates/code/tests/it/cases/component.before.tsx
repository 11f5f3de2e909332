export const Link: React.FC<Props> = ({ href, children }: Props) => {
  const open = () => {
    window.open(href);
  };
  return <a href={href} onClick={open}>{children}</a>;
};

export default function App(): JSX.Element {
  return (
    <div dangerouslySetInnerHTML={{ __html: text }} />
  );
}
