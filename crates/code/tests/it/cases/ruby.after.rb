module Shop::Web
  class Order < Base
    LIMIT = 2

    def total(tax = 1)
      sum + tax
    end

    def self.load(path)
      JSON.load(path)
    end

    class << self
      def build
        new(1)
      end
    end

    private def secret(x)
      x + 2
    end

    define_method(:dynamic) do |x|
      x.to_s
    end

    scope :open, -> {
      where(open: false)
    }

    def ==(other)
      id.eql?(other.id)
    end

    def name=(value)
      @name = value.to_s
    end

    def square(x) = x ** 2

    def each_line
      lines.each do |line|
        print line
      end
    end
  end
end

get '/user' do
  db.execute("select ?", params[:id])
end

task :deploy => [:build] do |t|
  sh "y"
end

describe "orders" do
  it "adds" do
    expect(1).to eq 2
  end
end

Point = Struct.new(:x) do
  def to_s
    "y"
  end
end
